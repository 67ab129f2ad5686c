"""What the readers of recorded traffic share."""
