# The tiers.
