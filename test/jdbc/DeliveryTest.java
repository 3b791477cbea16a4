/*
 * DeliveryTest.java
 *    What a Java application or a BI tool sees of the extension through
 *    PostgreSQL's own driver.
 *
 * The whole suite runs once per configuration: delivery on the search_path and
 * off it, in two JVM time zones (the driver makes them the session's), and in
 * every way in which the driver can pass parameters and results. The results
 * must be the same everywhere.
 *
 * Output is TAP. Everything is made in a schema of its own, dropped at the end;
 * rows of delivery.calendar and of the views custom_benchmark, custom_sfia_skill and
 * custom_job_level are only ever rolled back, those of delivery.wip_limit are so or
 * dropped again.
 */
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

public final class DeliveryTest {
    private DeliveryTest() {
    }

    private static void run(Session session) {
        try (session) {
            session.open();
            Fixture fixture = new Fixture(session);

            fixture.create();
            try {
                for (Checks checks : List.of(fixture, new ResultChecks(session), new ParameterChecks(session),
                        new ProtocolChecks(session), new PredicateChecks(session), new MetaDataChecks(session),
                        new ErrorChecks(session), new CustomBenchmarkChecks(session),
                        new CalendarChecks(session), new SloChecks(session), new WipChecks(session),
                        new LevelChecks(session), new RegisterChecks(session))) {
                    checks.run();
                }
            } finally {
                fixture.drop();
            }
        } catch (SQLException | RuntimeException error) {
            Tap.ok(false, session.label + ": the suite runs to its end", error.toString());
        }
    }

    private static void compare(Session first, Session other) {
        List<String> differences = new ArrayList<>();

        for (Map.Entry<String, String> result : first.results.entrySet()) {
            String name = result.getKey();

            if (!Objects.equals(result.getValue(), other.results.get(name))) {
                differences.add(name + ": " + result.getValue() + " <> " + other.results.get(name));
            }
        }
        Tap.ok(differences.isEmpty() && !other.results.isEmpty(),
            other.label + ": same results as in the first configuration", differences.toArray(new String[0]));
    }

    public static void main(String[] arguments) {
        List<Session> sessions = Session.all();

        for (Session session : sessions) {
            run(session);
            if (session != sessions.get(0)) {
                compare(sessions.get(0), session);
            }
        }
        System.exit(Tap.finish());
    }
}
