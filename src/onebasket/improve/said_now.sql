-- What is said of every customer for a task now.
select value from behaviour_scores where task = $task and target = '' order by customer_id
