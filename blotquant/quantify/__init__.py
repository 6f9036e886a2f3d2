"""From profiles to numbers: volumes, uncertainty, limits of detection, molecular weight."""
