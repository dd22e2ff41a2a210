"""Reading the words of an order as a pharmacist does: words → phrases → orders → readings."""
