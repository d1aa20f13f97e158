"""The Lua code of entries: compiled or taken from the artifact store, and given an environment to run in."""
