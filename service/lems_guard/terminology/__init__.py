"""Terminology: from the codes and words of an order to ingredients, route and dose."""
