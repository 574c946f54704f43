select min(ts) as first_ts, max(ts) as last_ts from timeline
