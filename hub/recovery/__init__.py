"""What a restored database needs before anybody may use it: the log proved, who was forgotten, bus, index, logins."""
