"""Use cases as plain async functions `verb(rt, viewer, ...)`."""
