"""Mine enheder: how much a manager's units and employees have to do, in numbers and without citizens."""
