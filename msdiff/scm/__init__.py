"""Where versions come from: git, folders and files at one end, GitHub at the other."""
