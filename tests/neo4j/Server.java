import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

/** HOME PORT [HOME PORT ...]: Neo4j Community on loopback, one a pair, until standard input ends. */
public class Server {
    public static void main(String[] args) throws Exception {
        List<DatabaseManagementService> services = new ArrayList<>();
        for (int i = 0; i < args.length; i += 2) {
            services.add(new DatabaseManagementServiceBuilder(Path.of(args[i]))
                    .setConfig(BoltConnector.enabled, true)
                    .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", Integer.parseInt(args[i + 1])))
                    .setConfig(GraphDatabaseSettings.auth_enabled, Boolean.getBoolean("auth"))
                    .setConfig(GraphDatabaseSettings.procedure_unrestricted, List.of("apoc.*"))
                    .setConfig(GraphDatabaseSettings.pagecache_memory, 64L << 20)
                    .setConfig(GraphDatabaseSettings.cypher_min_replan_interval, Duration.ofSeconds(Integer.getInteger("replan", 10)))
                    .build());
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> services.forEach(DatabaseManagementService::shutdown)));
        System.out.println("ready");
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }
}
