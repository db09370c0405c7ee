"""What authors of rules use: examples, lints of rules, scaffolds and the reports of rule tests."""
