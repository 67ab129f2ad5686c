"""The cellar: what every floor stands on and nothing of roads."""
