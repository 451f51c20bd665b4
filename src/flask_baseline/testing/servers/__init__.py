"""Real servers for tests, each from what a package or the machine brings, in a block of their own.

None needs a set-up, a container or rights. A server ends with its block, and with the process that started it
however that ends.
"""

from .mariadb import mariadb
from .postgres import postgres
from .process import Server, free_port
from .valkey import valkey

__all__ = ["Server", "free_port", "mariadb", "postgres", "valkey"]
