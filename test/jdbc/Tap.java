/*
 * Tap.java
 *    The test's output: TAP on standard output.
 */
final class Tap {
    private static int points = 0;
    private static int failures = 0;

    private Tap() {
    }

    static void ok(boolean passed, String name, String... diagnostics) {
        points++;
        System.out.println((passed ? "ok " : "not ok ") + points + " - " + name.replace("#", "\\#"));
        if (passed) {
            return;
        }
        failures++;
        for (String diagnostic : diagnostics) {
            for (String line : diagnostic.split("\n")) {
                System.out.println("#   " + line);
            }
        }
    }

    /* The plan, and the exit status that goes with what was reported. */
    static int finish() {
        System.out.println("1.." + points);
        if (failures > 0) {
            System.out.println("# " + failures + " of " + points + " failed");
        }
        return failures > 0 ? 1 : 0;
    }
}
