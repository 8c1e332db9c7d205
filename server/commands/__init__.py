"""The commands that try things on files, one file each, and what every command shares. Only `cli` imports them.

They choose the pack, the model and the records, and hand them to `workbench`, which decides nothing about where things are.
"""
