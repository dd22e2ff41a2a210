"""What the knowledge looks like on paper and on a screen: words, views, templates, files."""
