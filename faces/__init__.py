"""What people and programs touch; holds no rule."""
