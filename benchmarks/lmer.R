# Random studies and what R says of them: mixed models by lme4 and lmerTest, paired tests by base R. See lmer.py.
#   Rscript lmer.R SEED COUNT FOLDER     (Debian: r-base-core r-cran-lme4 r-cran-lmertest r-cran-jsonlite)
suppressMessages({library(lme4); library(lmerTest); library(jsonlite)})
arguments <- commandArgs(TRUE)
set.seed(as.integer(arguments[1]))
timepoints <- c("baseline", "120min", "230min", "24h", "7d")
pick <- function(values) values[sample.int(length(values), 1)]

# One row per sample. Sizes, scatter, arms, plates, gaps, rounding and the order of the rows are drawn at random; in a
# quarter of the studies subjects differ less than chance, so that their variance is estimated as zero.
random_study <- function() {
  arms <- pick(c(1, 1, 2, 2, 3)); plates <- pick(c(0, 0, 3, 5, 8))
  subjects <- max(sample(4:45, 1), 4 * (arms > 1) + 4)
  times <- if (runif(1) < 0.25) timepoints[c(1, sort(sample(2:5, sample(1:3, 1))))] else timepoints
  d <- expand.grid(timepoint = times, subject = sprintf("S%02d", seq_len(subjects)), stringsAsFactors = FALSE)
  who <- as.integer(factor(d$subject))
  d$group <- c("ketamine", "placebo", "esketamine")[(who - 1) %% arms + 1]
  y <- 6 + rnorm(5, 0, 0.3)[match(d$timepoint, timepoints)] * ifelse(d$group == "placebo", 0.2, 1)
  y <- y + rnorm(subjects, 0, pick(c(0, 0.05, 0.2, 0.5, 2)))[who] + rnorm(nrow(d), 0, pick(c(0.03, 0.1, 0.2, 0.5)))
  if (plates > 0) {
    d$plate <- sprintf("P%d", sample.int(plates, nrow(d), TRUE))
    y <- y + rnorm(plates, 0, pick(c(0, 0, 0.1, 0.3)))[as.integer(factor(d$plate))]
  }
  if (runif(1) < 0.25) y <- y - ave(y, d$subject) + mean(y)
  d$concentration <- round(exp(y), pick(c(2, 4, 6)))
  d <- d[sample.int(nrow(d), round((1 - pick(c(0, 0.1, 0.3))) * nrow(d))), ]
  factor <- if (arms == 1) "" else if (arms == 2 && runif(1) < 0.4) "responder" else "arm"
  if (factor == "responder") d$group <- ifelse(d$group == "ketamine", "responder", "non-responder")
  d$timepoint <- droplevels(factor(d$timepoint, levels = timepoints))
  list(data = d, factor = factor)
}

# The best of several searches: one alone may stop beside a minimum, or on a bound.
fit <- function(formula, d) {
  parameters <- if (grepl("plate", formula)) 2 else 1
  searches <- list(c("nloptwrap", NA), c("bobyqa", NA), c("bobyqa", 2), c("bobyqa", 0.3))
  fits <- lapply(searches, function(s) tryCatch(suppressWarnings(suppressMessages(lmerTest::lmer(as.formula(formula), data = d,
    start = if (is.na(s[2])) NULL else rep(as.numeric(s[2]), parameters),
    control = lmerControl(optimizer = s[1], check.conv.singular = "ignore", check.rankX = "silent.drop.cols",
      optCtrl = if (s[1] == "bobyqa") list(rhoend = 1e-10, maxfun = 1e5) else
        list(xtol_abs = 1e-12, ftol_abs = 1e-13, xtol_rel = 1e-12, maxeval = 1e5))))), error = function(e) NULL))
  fits <- Filter(Negate(is.null), fits)
  if (length(fits) == 0) return(NULL)
  m <- fits[[which.min(sapply(fits, function(f) -2 * as.numeric(logLik(f))))]]
  terms <- suppressMessages(summary(m, ddf = "Satterthwaite")$coefficients)
  sds <- as.data.frame(VarCorr(m))
  list(terms = lapply(rownames(terms)[-1], function(r) list(term = r, estimate = terms[r, 1], se = terms[r, 2],
                                                           df = terms[r, 3], t = terms[r, 4], p = terms[r, 5])),
       sd = setNames(as.list(sds$sdcor), sds$grp), p_holm = p.adjust(terms[grepl("^timepoint[^:]*$", rownames(terms)), 5], "holm"))
}

paired <- function(d, group, time) {
  at <- function(t) d[d$group == group & d$timepoint == t, ]
  both <- intersect(at("baseline")$subject, at(time)$subject)
  if (length(both) < 2) return(NULL)
  value <- function(t) log(at(t)$concentration[match(both, at(t)$subject)])
  change <- value(time) - value("baseline")
  t <- tryCatch(t.test(change), error = function(e) NULL)
  if (is.null(t)) return(NULL)
  exact <- length(change) < 50 && !any(duplicated(abs(change)))
  w <- if (exact) suppressWarnings(wilcox.test(change, conf.int = TRUE)) else NULL
  list(group = group, timepoint = time, n = length(both), estimate = unname(t$estimate), df = unname(t$parameter), p = t$p.value,
       low = t$conf.int[1], high = t$conf.int[2], rank_p = w$p.value, rank_estimate = unname(w$estimate))
}

for (number in seq_len(as.integer(arguments[2]))) {
  study <- random_study()
  d <- study$data
  spans <- !is.null(d$plate) && any(tapply(d$plate, d$subject, function(p) length(unique(p))) > 1)
  random <- if (spans) "(1 | subject) + (1 | plate)" else "(1 | subject)"
  out <- list(factor = study$factor, everybody = fit(paste("log(concentration) ~ timepoint +", random), d))
  groups <- if (study$factor == "") character(0) else sort(unique(d$group))
  out$by_reference <- setNames(lapply(groups, function(g) {
    d$group <- relevel(factor(d$group), ref = g)
    fit(paste("log(concentration) ~ timepoint * group +", random), d)
  }), groups)
  if (study$factor == "") d$group <- "all"
  places <- expand.grid(group = unique(d$group), time = setdiff(levels(d$timepoint), "baseline"), stringsAsFactors = FALSE)
  out$paired <- Filter(Negate(is.null), Map(function(g, t) paired(d, g, t), places$group, places$time))
  names(out$paired) <- NULL
  names(d)[names(d) == "group"] <- study$factor
  if (study$factor == "") d[[""]] <- NULL
  path <- file.path(arguments[3], sprintf("study%03d", number))
  write.csv(d[, names(d) != ""], paste0(path, ".csv"), row.names = FALSE, quote = FALSE)
  writeLines(toJSON(out, auto_unbox = TRUE, digits = 15, null = "null"), paste0(path, ".json"))
}
