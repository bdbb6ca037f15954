CREATE TABLE two (id int);
INSERT INTO two VALUES ('a-secret-value');
