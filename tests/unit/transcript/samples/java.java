package org.example.orders;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Sums orders by customer.
 *
 * @author nobody
 */
public final class OrderReport implements AutoCloseable {
    private static final double TAX = 0.19;
    private static final long LIMIT = 1_000_000L;
    private final List<Order> orders;
    private boolean closed = false;

    public record Order(String customer, int amount, char currency) {}

    public OrderReport(List<Order> orders) {
        this.orders = List.copyOf(orders);
    }

    /* Amounts are in cents. */
    public Map<String, Integer> sums() throws IllegalStateException {
        if (closed) {
            throw new IllegalStateException("report is \"closed\"");
        }
        // one pass is enough
        return orders.stream()
            .filter(order -> order.amount() > 0 && order.currency() != '\u0000')
            .collect(Collectors.groupingBy(Order::customer, Collectors.summingInt(Order::amount)));
    }

    @Override
    public void close() {
        this.closed = true;
    }

    static <T extends Comparable<T>> T larger(T one, T other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    public static void main(String[] args) {
        var text = """
            Dear customer,
              your "total" is %d.
            """;
        try (var report = new OrderReport(List.of(new Order("Ada", 1200, 'E'), new Order("Bo", 0x1F, '$')))) {
            for (var entry : report.sums().entrySet()) {
                System.out.printf("%s: %.2f%n", entry.getKey(), entry.getValue() * (1 + TAX) / 100.0f);
            }
        } catch (RuntimeException | Error failure) {
            System.err.println(failure.getMessage() + '\n');
        } finally {
            switch (args.length) {
                case 0 -> System.out.println(text.formatted(LIMIT));
                default -> System.exit(1);
            }
        }
    }
}
