-- Without its secret a conversation's journal cannot be read; a row without one is a tombstone.
create table weir_conversation_key (
  conversation varchar(255) primary key,
  secret varchar(64),
  created_at bigint not null
);
