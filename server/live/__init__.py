"""What lives as long as an API process: hubs, watchers, prediction events, live lists, and the watch on credentials."""
