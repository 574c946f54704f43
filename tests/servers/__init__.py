"""Servers that tests start for themselves: databases on sockets in a folder of their own."""
