from searching import choose_examples

choose_examples()
