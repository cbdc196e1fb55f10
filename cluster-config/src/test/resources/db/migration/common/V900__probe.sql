create table probe (id bigint primary key, payload ${blob});
