"""The build step that writes the vocabulary's tables from collected facts and hand-made rows."""
