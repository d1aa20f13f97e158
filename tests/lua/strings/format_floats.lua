-- Float verbs of format.
print(string.format("%f %.2f %10.3f| %-10.1f| %+.1f", 3.14159, 3.14159, 3.14159, 3.14159, 3.14159))
print(string.format("%e %.1e %E", 12345.678, 12345.678, 0.00012))
print(string.format("%g %g %g %G %.3g", 0.1, 1e20, 100000, 1e-10, 1234.5))
print(string.format("%5.1f|%05.1f|%.0f", 2.25, 2.25, 2.5))
print(string.format("%f %d", 7, 7.0), string.format("%.14g", 0.1))
print(string.format("%.3f %g %g", 1 / 3, math.huge, -math.huge))
