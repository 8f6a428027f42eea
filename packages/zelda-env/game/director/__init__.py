"""Plays Acorn in closed loop: reads RAM each frame, follows a route in plain words, and keeps the inputs it made."""
