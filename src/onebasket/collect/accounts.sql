-- The records of a source's files, and how many of them could not be read.
select coalesce(sum(rows), 0)::bigint as records, coalesce(sum(rejected), 0)::bigint as refused
from files
where source = $source
