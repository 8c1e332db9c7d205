"""`python -m server` is the command `nightlight`."""

from server.cli import main

main()
