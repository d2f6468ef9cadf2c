"""What speaks to the outside: mail, by SMTP. The only room that does."""
