"""The reference for people who write applications, made of the declarations of modules and kinds."""
