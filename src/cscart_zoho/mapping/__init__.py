"""The merchant's choices and what follows from them for each value. Pure."""
