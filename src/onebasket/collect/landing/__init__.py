"""What is fetched from databases, APIs and remote files, and where it lands.

place    the folder of a source: chunks that never change, and one state file written whole
seen     which rows landed before, and where: what names them and what they say, as numbers
rows     rows on their way: those that say nothing new are left out, those that do supersede
tables   a database asked for what is new
api      a JSON API asked page by page; `paging` and `presets` say how; `web` speaks HTTP
remote   files in object stores and on web servers
fetching one source after the other, before a run reads what landed
"""
