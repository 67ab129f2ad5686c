"""What happens: hazards, specs, simulation, evidence, suites and their coverage."""
