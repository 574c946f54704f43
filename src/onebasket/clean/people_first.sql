select * from clean_people_ranked where place = 1
