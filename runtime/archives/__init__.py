"""Archives of files: zip and tar, read at random or in order, and written."""
