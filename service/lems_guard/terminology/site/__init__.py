"""A site's own RxNorm release: importing it into one file, and reading that file."""
