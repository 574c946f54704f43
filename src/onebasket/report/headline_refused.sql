select count(*) as refused from quarantine
