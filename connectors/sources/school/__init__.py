"""School by files: absence, pupils and classes from a drop folder over SFTP."""
