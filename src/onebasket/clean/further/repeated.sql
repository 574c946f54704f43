select
    cast($table as varchar) as table_name, source, file, line, item, of_file, of_line, of_item,
    cast($why as varchar) as why
from clean_again
