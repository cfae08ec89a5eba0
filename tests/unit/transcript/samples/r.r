# Fits a line to the measurements.
library(ggplot2)

data <- read.csv("data/points.csv", header = TRUE, sep = ';')
limit <- 10L
ratio <- 1.5e-3

clean <- function(frame, columns = c("x", "y")) {
  # rows without gaps only
  for (column in columns) {
    frame <- frame[!is.na(frame[[column]]), ]
    if (nrow(frame) == 0) {
      stop("nothing left in \"", column, "\"\n")
    } else if (nrow(frame) > limit) {
      next
    }
  }
  return(frame)
}

points <- clean(data)
model <- lm(y ~ x, data = points)
print(summary(model)$r.squared)

while (TRUE) {
  limit <- limit - 1
  if (limit < 0 || is.null(model)) break
}

plot <- ggplot(points, aes(x = x, y = y)) +
  geom_point(colour = "#336699", size = 2.5) +
  geom_smooth(method = 'lm', se = FALSE)
ggsave("plot.png", plot, width = 0x10, height = 9)
values <- sapply(1:10, function(i) i %% 2 == 0)
names(values) <- paste0("n", 1:10)
missing <- NA
