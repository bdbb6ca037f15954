package com.altcontext.db;

import static org.assertj.core.api.Assertions.assertThat;

import com.altcontext.testing.Database;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BucketsTest {
    private static final Database DATABASE = Database.migrated();

    @Test
    void the_database_computes_the_same_bucket_as_the_service() {
        Random random = new Random(16);
        List<UUID> ids = Stream.concat(
                        Stream.of(new UUID(0, 0), new UUID(-1, -1), new UUID(0, 0x80_0000), new UUID(0, 0xFF_FFFF)),
                        Stream.generate(() -> new UUID(random.nextLong(), random.nextLong()))
                                .limit(500))
                .toList();

        for (int count : new int[] {1, 2, 3, 8, 64, 1000, 1024}) {
            Buckets buckets = new Buckets(count);
            DATABASE.run("UPDATE cluster SET buckets = " + count);

            List<Short> computed = DATABASE.sql()
                    .inTransaction(tx -> tx.query(
                            "SELECT bucket_of(id) FROM unnest(?::uuid[]) WITH ORDINALITY AS sent(id, n) ORDER BY n",
                            row -> (short) row.number(1),
                            (Object) ids.toArray(UUID[]::new)));
            assertThat(computed)
                    .as("%d buckets", count)
                    .isEqualTo(ids.stream().map(id -> buckets.of(id).number()).toList());
            Buckets read = DATABASE.sql().inTransaction(Buckets::read);
            assertThat(read).isEqualTo(buckets);
        }
    }

    @Test
    void visitors_are_spread_evenly() {
        Random random = new Random(17);
        Buckets buckets = new Buckets(8);

        assertThat(IntStream.range(0, 8_000)
                        .mapToObj(i -> buckets.of(new UUID(random.nextLong(), random.nextLong())))
                        .collect(Collectors.groupingBy(Buckets.Bucket::number, Collectors.counting()))
                        .values())
                .hasSize(8)
                .allSatisfy(visitors -> assertThat(visitors).isBetween(850L, 1_150L));
    }
}
