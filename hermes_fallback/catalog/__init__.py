"""What providers offer: live lists of models, remembered with their age."""
