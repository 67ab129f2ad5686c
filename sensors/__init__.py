"""What the car perceives: recordings become packets through a label-free scene."""
