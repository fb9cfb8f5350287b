"""The bureau, where visible_to begins."""
