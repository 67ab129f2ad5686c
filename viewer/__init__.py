"""What a person meets: the command line, pictures, reports and the window."""
