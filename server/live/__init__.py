"""What lives as long as an API process: hubs, prediction events, live lists, credentials and their watcher, metrics."""
