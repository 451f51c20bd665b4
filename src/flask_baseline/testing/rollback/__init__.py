"""Run all that an app does with its database in one transaction, and undo it.

SQLAlchemy's own recipe is for one session on one connection. An app has many: sessions of requests, of
threads, of libraries, and connections without a session. So it is the engine that is changed: each connection
that it gives is a `Branch` of one real connection. To commit a branch is to keep what came after its
savepoint, to roll it back is to go back to it.
"""
