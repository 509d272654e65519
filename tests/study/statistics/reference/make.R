# Reference fits for the mixed models of studies: simulated data, fitted by lme4, degrees of freedom by lmerTest.
# Run in this folder with: Rscript make.R      (Debian: r-base-core r-cran-lme4 r-cran-lmertest r-cran-jsonlite)
# Writes mixed.json, which holds the data and R's results; versions of R and packages stand in it.
suppressMessages({library(lme4); library(lmerTest); library(jsonlite)})
timepoints <- c("baseline", "120min", "230min", "24h", "7d")

# One row per subject and timepoint; ln concentrations around 7 with given standard deviations of the random parts.
simulate_study <- function(seed, subjects, sd_subject, sd_plate, sd_residual, plates = 0, crossed = TRUE, arms = 1,
                           missing = 0, effects = c(0, 0.25, 0.3, 0.15, 0.05)) {
  set.seed(seed)
  d <- expand.grid(timepoint = timepoints, subject = sprintf("S%03d", seq_len(subjects)), stringsAsFactors = FALSE)
  who <- match(d$subject, unique(d$subject))
  d$arm <- c("ketamine", "midazolam")[(who - 1) %% arms + 1]
  if (plates > 0) d$plate <- sprintf("P%02d", if (crossed) sample.int(plates, nrow(d), TRUE) else (who - 1) %% plates + 1)
  noise <- function(n, sd) if (sd > 0) rnorm(n, 0, sd) else numeric(n)
  d$y <- 7 + effects[match(d$timepoint, timepoints)] * ifelse(d$arm == "ketamine", 1, 0.2) +
    noise(subjects, sd_subject)[who] + rnorm(nrow(d), 0, sd_residual)
  if (plates > 0) d$y <- d$y + noise(plates, sd_plate)[match(d$plate, sort(unique(d$plate)))]
  if (missing > 0) d <- d[-sample.int(nrow(d), round(missing * nrow(d))), ]
  d$y <- round(d$y, 6)
  rownames(d) <- NULL
  d
}

# Residuals of a random split, so that subjects differ less than chance: the variance between them is estimated as 0.
level_subjects <- function(d, column = "subject", share = 1) {
  d$y <- round(d$y - share * (ave(d$y, d[[column]]) - mean(d$y)), 6)
  d
}

# The same with classes of response in the place of arms.
responders <- function(d) {
  d$responder <- ifelse(d$arm == "ketamine", "responder", "non-responder")
  d$arm <- NULL
  d
}

studies <- list(
  balanced = list(data = simulate_study(1, 12, 0.4, 0, 0.15), formula = y ~ timepoint + (1 | subject)),
  unbalanced = list(data = simulate_study(2, 14, 0.4, 0, 0.2, missing = 0.25), formula = y ~ timepoint + (1 | subject)),
  few_subjects = list(data = simulate_study(3, 4, 0.3, 0, 0.2, missing = 0.1), formula = y ~ timepoint + (1 | subject)),
  noisy_subjects = list(data = simulate_study(4, 15, 0.15, 0, 0.4, missing = 0.2), formula = y ~ timepoint + (1 | subject)),
  far_subjects = list(data = simulate_study(5, 10, 3, 0, 0.02, missing = 0.15), formula = y ~ timepoint + (1 | subject)),
  boundary = list(data = level_subjects(simulate_study(6, 12, 0, 0, 0.2, missing = 0.1)), formula = y ~ timepoint + (1 | subject)),
  arms = list(data = simulate_study(7, 24, 0.4, 0, 0.2, arms = 2, missing = 0.12), formula = y ~ timepoint * arm + (1 | subject)),
  crossed_plates = list(data = simulate_study(8, 20, 0.4, 0.15, 0.15, plates = 6, missing = 0.1),
                        formula = y ~ timepoint + (1 | subject) + (1 | plate)),
  nested_plates = list(data = simulate_study(9, 24, 0.3, 0.25, 0.15, plates = 6, crossed = FALSE, missing = 0.1),
                       formula = y ~ timepoint + (1 | subject) + (1 | plate)),
  plate_boundary = list(data = level_subjects(simulate_study(10, 18, 0.4, 0, 0.2, plates = 5), "plate"),
                        formula = y ~ timepoint + (1 | subject) + (1 | plate)),
  subject_boundary = list(data = level_subjects(simulate_study(11, 16, 0, 0.3, 0.2, plates = 5), "subject"),
                          formula = y ~ timepoint + (1 | subject) + (1 | plate)),
  arms_and_plates = list(data = simulate_study(12, 40, 0.5, 0.12, 0.18, plates = 8, arms = 2, missing = 0.15),
                         formula = y ~ timepoint * arm + (1 | subject) + (1 | plate)),
  small_arms = list(data = simulate_study(14, 8, 0.4, 0, 0.2, arms = 2, missing = 0.1), formula = y ~ timepoint * arm + (1 | subject)),
  responders = list(data = responders(simulate_study(15, 22, 0.4, 0, 0.2, arms = 2, missing = 0.15)),
                    formula = y ~ timepoint * responder + (1 | subject)),
  small_and_crossed = list(data = simulate_study(16, 7, 0.3, 0.2, 0.15, plates = 3), formula = y ~ timepoint + (1 | subject) + (1 | plate)),
  empty_cell = list(data = subset(simulate_study(13, 16, 0.4, 0, 0.2, arms = 2), !(arm == "midazolam" & timepoint == "7d")),
                    formula = y ~ timepoint * arm + (1 | subject))
)

fit_study <- function(name) {
  d <- studies[[name]]$data
  d$timepoint <- factor(d$timepoint, levels = timepoints)
  control <- lmerControl(optimizer = "nloptwrap", check.conv.singular = "ignore", check.rankX = "silent.drop.cols",
                         optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-13, xtol_rel = 1e-12, maxeval = 1e5))
  m <- lmerTest::lmer(studies[[name]]$formula, data = d, REML = TRUE, control = control)
  terms <- summary(m, ddf = "Satterthwaite")$coefficients
  sds <- as.data.frame(VarCorr(m))
  list(name = name, formula = deparse(studies[[name]]$formula), data = studies[[name]]$data,
       terms = lapply(rownames(terms), function(r) list(term = r, estimate = terms[r, 1], se = terms[r, 2], df = terms[r, 3],
                                                        t = terms[r, 4], p = terms[r, 5])),
       covariance = as.matrix(vcov(m)), sd = setNames(as.list(sds$sdcor), sds$grp), criterion = as.numeric(-2 * logLik(m)),
       singular = isSingular(m, tol = 1e-5))
}

out <- list(software = list(R = paste(R.version$major, R.version$minor, sep = "."), lme4 = as.character(packageVersion("lme4")),
                            lmerTest = as.character(packageVersion("lmerTest"))),
            studies = lapply(names(studies), fit_study))
writeLines(toJSON(out, auto_unbox = TRUE, digits = 12, dataframe = "columns"), "mixed.json")
for (s in out$studies) cat(sprintf("%-18s n=%3d sd=%s singular=%s df=%s\n", s$name, length(s$data$y),
  paste(sprintf("%s %.5g", names(s$sd), unlist(s$sd)), collapse = " "), s$singular, paste(round(sapply(s$terms, function(t) t$df), 2), collapse = " ")))
