"""A lane on the screen: its title, its status, its lines and the widget that shows them."""
